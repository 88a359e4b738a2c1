"""누리홈쇼핑, a home-shopping company: its FAQ, its addresses, its order service. COMPANY.md has the facts."""

"""SIP signalling (RFC 3261): messages, transports, transactions, dialogs, and the user agent above them."""

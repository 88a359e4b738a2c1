"""The mind: follows the designers' flows, answers from the knowledge base, and knows when to give up."""

"""What is said: sizes, types, operations, words, statement and signed messages. Pure; imports `crypto` only."""

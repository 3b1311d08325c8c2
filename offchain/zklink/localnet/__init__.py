"""A whole deployment on one machine: chains, services and wallets, for the demo and the flow tests.

Receives a registry written by the deploy script. Gives running processes, and users who act through the SDK.
May import every room. Not for production: keys here are known to everybody.
"""

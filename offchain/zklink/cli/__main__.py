"""python -m zklink.cli"""

from zklink.cli.root import main

main()

"""`python -m gatecast` is `gatecast`."""

from gatecast.cli import main

if __name__ == "__main__":
    main()

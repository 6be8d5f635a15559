"""`python -m keyreel` is the command `keyreel`."""

from keyreel.cli import main

if __name__ == "__main__":
    main()

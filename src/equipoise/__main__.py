"""Run the command line: ``python -m equipoise``."""

from equipoise.apps.cli import main

if __name__ == "__main__":
    main()

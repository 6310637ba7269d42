"""The command line: gangqiao serve | work | migrate | demo | account | import | export | backup | match | evaluate."""

from web.commands import app


def main() -> None:
    """Run a command."""
    app()


if __name__ == "__main__":
    main()

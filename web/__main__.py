"""The command line: gangqiao serve | work | migrate | demo | account | import | export | backup | match | evaluate."""

from web.commands import app


def main() -> None:
    """Run the command that was typed."""
    app()


if __name__ == "__main__":
    main()

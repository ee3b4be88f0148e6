"""Launches the web app at http://127.0.0.1:7860: `python app.py`. Settings come from the environment."""

from coach.settings import Settings
from coach.ui import serve

if __name__ == "__main__":
    serve(Settings())

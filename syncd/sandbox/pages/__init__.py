"""The shop as web pages for people: what it holds, what it was asked, what it did."""

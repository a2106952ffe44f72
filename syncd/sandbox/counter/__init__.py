"""The shop's counter: what people do by hand, without an app.

named      things by the names that people use
buying     an order, as a customer of the web shop places it
editing    changes, as the merchant makes them in the admin
edits      which changes there are
"""

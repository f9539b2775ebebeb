"""What is known of every visitor beside the attributes that marketers name: rules may ask for it too."""

FACTS = {"page": "Page", "referrer": "Referrer", "language": "Language", "country": "Country"}

"""Why a forecast is what it is: inputs it is attributed to, events tested by deletion."""

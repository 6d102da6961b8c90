"""The model: rules, groups, contexts and bands, read from a TOML file and checked strictly."""

"""A library on an Elasticsearch server, which several people may share."""

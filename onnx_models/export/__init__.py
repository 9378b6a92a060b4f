"""From a checkpoint's config and file headers to templates and a manifest."""

"""The only modules that know both worlds; each reads like the sentence it carries out."""

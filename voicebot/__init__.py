"""The live call: ears, mouth, voice activity, Korean text. Nothing heavy is imported before it is used."""

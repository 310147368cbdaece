namespace Quai.Fuzzing;

/// <summary>Runs properties, from a test's body.</summary>
public static class Fuzz
{
    /// <summary>
    /// Replays the property's corpus, then tries random inputs for <see cref="FuzzSettings.Time"/>. An input that breaks the property is
    /// reduced and kept in the corpus.
    /// </summary>
    /// <exception cref="PropertyBrokenException">Some input breaks it; the message says which, and how to replay it.</exception>
    public static void Holds(Property property)
    {
        FuzzSettings settings = FuzzSettings.Current;
        if (settings.Only is { } only && only != property.Name)
        {
            return;
        }

        Corpus corpus = new(property.Name);
        if (settings.Replay is { } path)
        {
            if (corpus.Holds(path))
            {
                new PropertyRun(property, corpus, settings).Replay(path);
            }

            return;
        }

        new PropertyRun(property, corpus, settings).Run();
    }
}

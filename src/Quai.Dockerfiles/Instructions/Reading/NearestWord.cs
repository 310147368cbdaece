namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Finds what someone may have meant.</summary>
public static class NearestWord
{
    private const int Farthest = 2;

    /// <summary>An error's message, with the known word that is most like the unknown one behind it.</summary>
    public static string Suggest(string message, string word, IEnumerable<string> known) =>
        Find(word, known) is { } near ? $"{message} (did you mean {near}?)" : message;

    /// <summary>The known word that is most like a word; null where none is like it, or where it is known itself.</summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        (string? best, int distance) = (null, Farthest + 1);
        foreach (string candidate in known)
        {
            int steps = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (steps == 0)
            {
                return null;
            }

            if (steps < distance && steps < candidate.Length)
            {
                (best, distance) = (candidate, steps);
            }
        }

        return best;
    }

    /// <summary>How many characters must be put in, taken out or replaced to make one word of another.</summary>
    private static int Distance(string from, string to)
    {
        if (Math.Abs(from.Length - to.Length) > Farthest)
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}

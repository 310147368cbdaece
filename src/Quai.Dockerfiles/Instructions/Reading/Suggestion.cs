namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Guesses what somebody meant to write.</summary>
public static class Suggestion
{
    private const int Nearest = 3;

    /// <summary>A sentence with <c>(did you mean …?)</c> behind it, where one of what is possible is less than three letters away.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="written">What was written.</param>
    /// <param name="possible">What is possible.</param>
    /// <param name="matchCase">Whether upper and lower case differ; else the guess takes the case of what was written.</param>
    public static string Append(string sentence, string written, IEnumerable<string> possible, bool matchCase = true)
    {
        string value = matchCase ? written : written.ToLowerInvariant();
        string? found = null;
        int least = Nearest;
        foreach (string option in possible)
        {
            string other = matchCase ? option : option.ToLowerInvariant();
            int distance = value == other ? 0 : Distance(value, other);
            if (distance == 0)
            {
                return sentence;
            }

            if (distance < least)
            {
                (found, least) = (other, distance);
            }
        }

        return found is null ? sentence : $"{sentence} (did you mean {(!matchCase && !written.Any(char.IsLower) ? found.ToUpperInvariant() : found)}?)";
    }

    /// <summary>How many letters must be put in, taken out or replaced.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) >= Nearest)
        {
            return Nearest;
        }

        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}

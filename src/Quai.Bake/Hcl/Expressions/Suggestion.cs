namespace Quai.Bake.Hcl.Expressions;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Suggestion
{
    private const int MostEdits = 2, LongestName = 100;

    /// <summary>The first known name, in order, within two edits of the given one.</summary>
    public static string? For(string given, IEnumerable<string> known) => given.Length > LongestName
        ? null
        : known.Order(StringComparer.Ordinal).FirstOrDefault(name => Math.Abs(name.Length - given.Length) <= MostEdits && Distance(given, name) <= MostEdits);

    private static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = previous[j] + (a[i] == b[j] ? 0 : 1);
                current[j + 1] = Math.Min(replaced, Math.Min(current[j], previous[j + 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }
}

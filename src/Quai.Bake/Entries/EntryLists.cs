using Quai.Bake.Plans;

namespace Quai.Bake.Entries;

/// <summary>Lists of entries without those that occur twice.</summary>
internal static class EntryLists
{
    // Each is compared with each.
    private const int MostEntries = 5000;

    /// <summary>The last of equal entries gives way: the end of the list takes its place.</summary>
    public static List<T> WithoutDuplicates<T>(IEnumerable<T> entries)
        where T : class
    {
        List<T> all = [.. entries];
        if (all.Count > MostEntries)
        {
            throw new BakeException("a target of the bake definition has too many entries");
        }

        for (int i = all.Count - 2; i >= 0; i--)
        {
            int duplicate = all.IndexOf(all[i], i + 1);
            if (duplicate >= 0)
            {
                all[duplicate] = all[^1];
                all.RemoveAt(all.Count - 1);
            }
        }

        return all;
    }

    /// <summary>One attestation of each type: the last one, in the first one's place.</summary>
    public static List<BakeAttestation> OfEachType(IEnumerable<BakeAttestation> attestations)
    {
        List<BakeAttestation> result = [];
        foreach (BakeAttestation one in attestations)
        {
            int before = result.FindIndex(other => other.Type == one.Type);
            if (before >= 0)
            {
                result[before] = one;
            }
            else
            {
                result.Add(one);
            }
        }

        return result;
    }

    /// <summary>Texts in order, each once, without empty ones.</summary>
    public static List<string> Texts(IEnumerable<string> texts) => [.. texts.Where(text => text.Length > 0).Distinct()];
}

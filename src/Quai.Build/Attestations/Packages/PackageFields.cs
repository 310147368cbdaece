namespace Quai.Build.Attestations.Packages;

/// <summary>Reads blocks of <c>Name: value</c> lines with empty lines between them, as dpkg and Python's packages have them. Of a value of several lines the first counts.</summary>
internal static class PackageFields
{
    /// <summary>The blocks; in each, the first field of a name.</summary>
    public static IEnumerable<Dictionary<string, string>> Blocks(string text)
    {
        Dictionary<string, string> block = new(StringComparer.OrdinalIgnoreCase);
        foreach (ReadOnlyMemory<char> line in Lines(text))
        {
            if (line.Span.Trim().IsEmpty)
            {
                if (block.Count > 0)
                {
                    yield return block;
                    block = new(StringComparer.OrdinalIgnoreCase);
                }

                continue;
            }

            int colon = line.Span.IndexOf(':');
            if (colon > 0 && line.Span[0] is not (' ' or '\t'))
            {
                block.TryAdd(line.Span[..colon].Trim().ToString(), line.Span[(colon + 1)..].Trim().ToString());
            }
        }

        if (block.Count > 0)
        {
            yield return block;
        }
    }

    private static IEnumerable<ReadOnlyMemory<char>> Lines(string text)
    {
        for (int begin = 0; begin < text.Length;)
        {
            int end = text.IndexOf('\n', begin);
            end = end < 0 ? text.Length : end;
            yield return text.AsMemory(begin, end - begin);
            begin = end + 1;
        }
    }
}

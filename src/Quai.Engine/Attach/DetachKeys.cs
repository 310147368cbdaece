using Quai.Errors;

namespace Quai.Engine.Attach;

/// <summary>The keys that detach a client (<c>ctrl-p,ctrl-q</c>) and the search for them in its input.</summary>
internal sealed class DetachKeys(byte[] keys)
{
    private static readonly byte[] s_default = [16, 17];
    private int _matched;

    /// <summary>Parses Docker's notation; null or empty for the default.</summary>
    /// <exception cref="QuaiException">Not in that notation.</exception>
    public static DetachKeys Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new DetachKeys(s_default);
        }

        string[] parts = text.Split(',');
        byte[] keys = new byte[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            string control = part.StartsWith("ctrl-", StringComparison.OrdinalIgnoreCase) ? part["ctrl-".Length..] : "";
            keys[i] = part.Length == 1 && part[0] < 128 ? (byte)part[0]
                : control.Length == 1 && char.IsAsciiLetter(control[0]) ? (byte)(char.ToLowerInvariant(control[0]) - 'a' + 1)
                : control.Length == 1 && "@[\\]^_".Contains(control[0], StringComparison.Ordinal) ? (byte)(control[0] == '@' ? 0 : control[0] - '[' + 27)
                : throw QuaiException.Invalid($"Invalid detach keys ({text}) provided");
        }

        return new DetachKeys(keys);
    }

    /// <summary>
    /// Takes typed input and returns what to pass on: keys that may be the beginning of the sequence are held back.
    /// As in Docker, the key that breaks a sequence is passed on with it and does not begin a new one: <c>ctrl-p ctrl-p ctrl-q</c> all goes to the program.
    /// </summary>
    /// <param name="typed">The bytes.</param>
    /// <param name="output">At least as long as <paramref name="typed"/> and the keys together.</param>
    /// <param name="length">How much of it was filled.</param>
    /// <returns>Whether the sequence is complete.</returns>
    public bool Filter(ReadOnlySpan<byte> typed, Span<byte> output, out int length)
    {
        length = 0;
        foreach (byte key in typed)
        {
            if (key == keys[_matched])
            {
                if (++_matched == keys.Length)
                {
                    return true;
                }

                continue;
            }

            if (_matched > 0)
            {
                keys.AsSpan(0, _matched).CopyTo(output[length..]);
                length += _matched;
                _matched = 0;
            }

            output[length++] = key;
        }

        return false;
    }

    /// <summary>How many keys there are.</summary>
    public int Count => keys.Length;
}

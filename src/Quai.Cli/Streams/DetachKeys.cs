using Quai.Cli.CommandLine;

namespace Quai.Cli.Streams;

/// <summary>Watches typed keys for the sequence that detaches.</summary>
/// <param name="keys">The sequence, one byte per key.</param>
internal sealed class DetachKeys(byte[] keys)
{
    private int _matched;

    /// <summary>The sequence of <c>ctrl-p,ctrl-q</c>.</summary>
    public static byte[] Default => [16, 17];

    /// <summary>Parses a sequence such as <c>ctrl-p,ctrl-q</c> or <c>ctrl-@,a</c>.</summary>
    /// <exception cref="ExitException">It is invalid.</exception>
    public static byte[] Parse(string text)
    {
        if (text.Length == 0)
        {
            return Default;
        }

        var keys = new List<byte>();
        foreach (string key in text.Split(','))
        {
            if (key.Length == 1)
            {
                keys.Add((byte)key[0]);
                continue;
            }

            char letter = key.StartsWith("ctrl-", StringComparison.Ordinal) && key.Length == 6 ? key[5] : '\0';
            keys.Add(letter switch
            {
                '@' => 0,
                >= 'a' and <= 'z' => (byte)(letter - 'a' + 1),
                '[' => 27,
                '\\' => 28,
                ']' => 29,
                '^' => 30,
                '_' => 31,
                _ => throw new ExitException(1, $"invalid detach keys ({text}) provided"),
            });
        }

        return [.. keys];
    }

    /// <summary>Takes typed bytes and returns those to send on. The key that breaks a sequence is sent with it and does not begin a new one, as in Docker.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="send">What to send: keys held back before may come first.</param>
    /// <returns>True when the sequence is complete.</returns>
    public bool Filter(ReadOnlySpan<byte> typed, List<byte> send)
    {
        send.Clear();
        foreach (byte key in typed)
        {
            if (keys.Length > 0 && key == keys[_matched])
            {
                if (++_matched == keys.Length)
                {
                    return true;
                }

                continue;
            }

            send.AddRange(keys.AsSpan(0, _matched));
            _matched = 0;
            send.Add(key);
        }

        return false;
    }
}

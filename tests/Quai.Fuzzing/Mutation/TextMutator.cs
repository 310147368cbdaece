using System.Text;

namespace Quai.Fuzzing;

/// <summary>Changes text by the words that its grammar has.</summary>
public static class TextMutator
{
    private static readonly string[] s_nuisances =
    [
        "", " ", "\n", "\t", "\0", "\r\n", "\u001b[2J", "\"", "'", "\\", "/", "..", "../", "%", "%2f", "%00", "=", ":", ",", ";", "@", "#", "*", "?", "[", "]", "{", "}", "(", ")", "-", "--", "0", "-1", "1e9",
        "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "99999999999999999999999", "NaN", "null", "\ud800", "\u00e9", "\u202e", "\ufeff", "\U0001f600", "０",
    ];

    /// <summary>Puts in, doubles, exchanges and takes away words and single characters.</summary>
    public static Func<Random, byte[], byte[]> With(params string[] words) => (random, bytes) =>
    {
        if (random.Next(6) == 0)
        {
            return ByteMutator.Mutate(random, bytes);
        }

        string text = Encoding.UTF8.GetString(bytes);
        int at = random.Next(text.Length + 1), length = Math.Min(random.Next(1, 12), text.Length - at);
        string word = random.Next(3) == 0 || words.Length == 0 ? s_nuisances[random.Next(s_nuisances.Length)] : words[random.Next(words.Length)];
        return Encoding.UTF8.GetBytes(random.Next(7) switch
        {
            0 => text.Remove(at, length),
            1 => string.Concat(text.AsSpan(0, at), text.AsSpan(at, length), text.AsSpan(at)),
            2 or 3 => text[..at] + word + text[at..],
            4 => text[..at] + word + text[(at + length)..],
            5 => text[..at],
            _ => random.Next(10) == 0 ? string.Concat(text.AsSpan(0, at), string.Concat(Enumerable.Repeat(word, random.Next(1, 5000))), text.AsSpan(at)) : text + word,
        });
    };

    /// <summary>A text of words in any order.</summary>
    public static Func<Random, byte[]> Of(params string[] words) => random =>
    {
        var text = new StringBuilder();
        for (int n = random.Next(1, 20); n > 0; n--)
        {
            text.Append(random.Next(8) == 0 ? s_nuisances[random.Next(s_nuisances.Length)] : words[random.Next(words.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    };

    /// <summary>Texts as inputs.</summary>
    public static byte[][] Seeds(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}

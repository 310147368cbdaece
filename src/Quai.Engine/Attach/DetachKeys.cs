using Quai.Errors;

namespace Quai.Engine.Attach;

/// <summary>The keys that leave a terminal without ending its program: Docker's notation, <c>ctrl-p,ctrl-q</c> by default.</summary>
internal sealed class DetachKeys(byte[] sequence)
{
    private int _matched;

    /// <summary>Reads <c>ctrl-X</c> and single characters, separated by commas. Null or empty for the default.</summary>
    public static DetachKeys Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new DetachKeys([16, 17]);
        }

        return new DetachKeys([.. text.Split(',').Select(part => part switch
        {
            [char c] => (byte)c,
            ['c', 't', 'r', 'l', '-', >= 'a' and <= 'z' and char c] => (byte)(c - 'a' + 1),
            "ctrl-@" => (byte)0,
            "ctrl-[" => (byte)27,
            "ctrl-\\" => (byte)28,
            "ctrl-]" => (byte)29,
            "ctrl-^" => (byte)30,
            "ctrl-_" => (byte)31,
            _ => throw QuaiException.Invalid($"invalid detach keys ({text}): unknown character: '{part}'"),
        })]);
    }

    /// <summary>
    /// Passes input on without the keys. Keys that turn out to be no whole sequence are given back with what follows them.
    /// </summary>
    /// <param name="input">What the client sent.</param>
    /// <param name="output">What goes on to the program.</param>
    /// <returns>Whether the sequence is complete: the client leaves.</returns>
    public bool Filter(ReadOnlySpan<byte> input, List<byte> output)
    {
        foreach (byte b in input)
        {
            if (b == sequence[_matched])
            {
                if (++_matched == sequence.Length)
                {
                    _matched = 0;
                    return true;
                }

                continue;
            }

            output.AddRange(sequence.AsSpan(0, _matched));
            _matched = b == sequence[0] ? 1 : 0;
            if (_matched == 0)
            {
                output.Add(b);
            }
        }

        return false;
    }
}

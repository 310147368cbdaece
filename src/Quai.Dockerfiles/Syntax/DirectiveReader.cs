namespace Quai.Dockerfiles.Syntax;

/// <summary>Reads directives, which are comments before anything else. One that nobody knows is a comment, and more may follow it.</summary>
internal sealed class DirectiveReader
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private bool _over;

    /// <summary>What was read until now.</summary>
    public Directives Directives { get; private set; } = new();

    /// <summary>Takes the next line.</summary>
    /// <exception cref="DockerfileException">A directive is there twice, or its value is none.</exception>
    public void Take(string line, int number)
    {
        if (_over)
        {
            return;
        }

        if (!TryRead(line, out string name, out string value))
        {
            _over = true;
            return;
        }

        if (name is not ("escape" or "syntax" or "check"))
        {
            return;
        }

        if (!_lines.TryAdd(name, number))
        {
            throw new DockerfileException($"only one {name} parser directive can be used", new LineRange(number, number));
        }

        Directives = (name switch
        {
            "syntax" => Directives with { Syntax = value },
            "check" => Directives with { Check = value },
            _ => value is "\\" or "`" ? Directives with { Escape = value[0] }
                : throw new DockerfileException($"invalid escape token '{value}' does not match ` or \\", new LineRange(number, number)),
        }) with { Lines = _lines };
    }

    private static bool TryRead(string line, out string name, out string value)
    {
        (name, value) = ("", "");
        ReadOnlySpan<char> text = line.AsSpan().Trim();
        int equals = text.IndexOf('=');
        if (text.IsEmpty || text[0] != '#' || equals < 0)
        {
            return false;
        }

        ReadOnlySpan<char> key = text[1..equals].Trim(), given = text[(equals + 1)..].Trim();
        if (key.IsEmpty || given.IsEmpty || !char.IsAsciiLetter(key[0]) || key.ContainsAnyExcept(s_letters))
        {
            return false;
        }

        name = key.ToString().ToLowerInvariant();
        value = given.ToString();
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

using System.Text;
using System.Text.Json;
using Quai.Dockerfiles;

namespace Quai.Frontend.Contexts;

/// <summary>The frontend that a file asks for in its beginning, whatever language it is written in.</summary>
/// <param name="CommandLine">What it says: an image's name, and what the frontend may be told behind it.</param>
/// <param name="Lines">Where it says so.</param>
internal sealed record SyntaxChoice(string CommandLine, LineRange Lines)
{
    private const string Directive = "syntax";

    /// <summary>The image's name.</summary>
    public string Image => CommandLine.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) is [var image, ..] ? image : "";

    /// <summary>Finds it: in comments before anything else, which begin with <c>#</c> or <c>//</c>, or as the first member of a JSON object.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <returns>What it says; null where it says nothing of that.</returns>
    public static SyntaxChoice? Find(ReadOnlySpan<byte> file)
    {
        string text = Encoding.UTF8.GetString(file).TrimStart('\ufeff');
        return InComments(text, "#") ?? InComments(text, "//") ?? InObject(text);
    }

    private static SyntaxChoice? InComments(string text, string mark)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> trimmed = line.Trim();
            if (number == 1 && trimmed.StartsWith("#!"))
            {
                continue;
            }

            int equals = trimmed.IndexOf('=');
            if (equals < 0 || !trimmed.StartsWith(mark))
            {
                return null;
            }

            ReadOnlySpan<char> name = trimmed[mark.Length..equals].Trim(), value = trimmed[(equals + 1)..].Trim();
            if (name.IsEmpty || value.IsEmpty || !char.IsAsciiLetter(name[0]) || name.ContainsAnyExcept(s_letters))
            {
                return null;
            }

            if (name.Equals(Directive, StringComparison.OrdinalIgnoreCase))
            {
                return new SyntaxChoice(value.ToString(), new LineRange(number, number));
            }
        }

        return null;
    }

    private static SyntaxChoice? InObject(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty(Directive, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } line
                ? new SyntaxChoice(line, new LineRange(1, 1))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

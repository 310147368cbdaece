using System.Buffers;
using System.Text.Json;

namespace Quai.Dockerfiles.Syntax;

/// <summary>Reads an instruction of one line: what follows its name is read by the name.</summary>
/// <param name="escape">The file's escape character.</param>
internal sealed class NodeReader(char escape)
{
    private static readonly SearchValues<char> s_space = SearchValues.Create(" \t\v\f\r\n");

    /// <summary>Reads it.</summary>
    /// <param name="line">The line, continuations joined.</param>
    /// <param name="lines">Where it is.</param>
    /// <exception cref="DockerfileException">It is malformed. A name that nobody knows is not: that is told later, where it is known where it stands.</exception>
    public Node Read(string line, LineRange lines) => Read(line, lines, isTrigger: false);

    private Node Read(string line, LineRange lines, bool isTrigger)
    {
        string text = line.Trim();
        int end = text.AsSpan().IndexOfAny(s_space);
        string command = end < 0 ? text : text[..end];
        (List<string> flags, string rest) = FlagReader.Read(end < 0 ? "" : text[end..]);
        rest = rest.Trim();
        var node = new Node(command, line, lines) { Flags = flags };
        return command.ToUpperInvariant() switch
        {
            "RUN" or "CMD" or "ENTRYPOINT" or "SHELL" => Program(node, rest),
            "ADD" or "COPY" or "VOLUME" => Program(node, rest) is { IsJson: true } json ? json : node with { Arguments = Words(rest) },
            "ENV" or "LABEL" => node with { Pairs = Pairs(command.ToUpperInvariant(), rest, lines) },
            "ARG" => node with { Arguments = WordSplitter.Split(rest, escape) },
            "FROM" or "EXPOSE" => node with { Arguments = Words(rest) },
            "HEALTHCHECK" => Health(node, rest),
            // One within another is refused later; here it must not lead ever deeper.
            "ONBUILD" when !isTrigger => rest.Length == 0 ? node : node with { Trigger = Read(rest, lines, isTrigger: true) },
            _ => node with { Arguments = rest.Length == 0 ? [] : [rest] },
        };
    }

    private static string[] Words(string rest) => rest.Split([' ', '\t', '\v', '\f', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A JSON array, or the rest of the line for a shell.</summary>
    private static Node Program(Node node, string rest)
    {
        if (rest.Length == 0)
        {
            return node;
        }

        if (!rest.StartsWith('['))
        {
            return node with { Arguments = [rest] };
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(rest);
            return document.RootElement.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
                ? node with { Arguments = [.. document.RootElement.EnumerateArray().Select(e => e.GetString()!)], IsJson = true }
                : throw new DockerfileException("when using JSON array syntax, arrays must be comprised of strings only", node.Lines);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // As BuildKit has it: what is no JSON is for the shell.
            return node with { Arguments = [rest] };
        }
    }

    private static Node Health(Node node, string rest)
    {
        int end = rest.AsSpan().IndexOfAny(s_space);
        if (rest.Length == 0)
        {
            return node;
        }

        Node program = end < 0 ? node : Program(node, rest[end..].Trim());
        return program with { Arguments = [end < 0 ? rest : rest[..end], .. program.Arguments] };
    }

    private List<KeyValue> Pairs(string command, string rest, LineRange lines)
    {
        List<string> words = WordSplitter.Split(rest, escape);
        if (words.Count == 0)
        {
            return [];
        }

        if (!words[0].Contains('='))
        {
            int end = rest.AsSpan().IndexOfAny(s_space);
            return end < 0 ? throw new DockerfileException($"{command} must have two arguments", lines) : [new KeyValue(rest[..end], rest[end..].TrimStart(), HasEquals: false)];
        }

        List<KeyValue> pairs = new(words.Count);
        foreach (string word in words)
        {
            int equals = word.IndexOf('=');
            pairs.Add(equals >= 0 ? new KeyValue(word[..equals], word[(equals + 1)..], HasEquals: true)
                : throw new DockerfileException($"Syntax error - can't find = in \"{word}\". Must be of the form: name=value", lines));
        }

        return pairs;
    }
}

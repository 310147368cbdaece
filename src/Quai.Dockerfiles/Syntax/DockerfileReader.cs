using System.Text;

namespace Quai.Dockerfiles.Syntax;

/// <summary>
/// Reads the text of a Dockerfile into instructions: joins lines that go on, leaves comments out, takes here-documents in.
/// <code>
/// SyntaxTree tree = DockerfileReader.Read(File.ReadAllBytes("Dockerfile"));
/// </code>
/// </summary>
public sealed class DockerfileReader
{
    private readonly List<string> _lines;
    private readonly List<Node> _nodes = [];
    private readonly List<LineRange> _empty = [];
    private readonly DirectiveReader _directives = new();
    private int _next;

    private DockerfileReader(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
        string text = Encoding.UTF8.GetString(bytes.StartsWith(mark) ? bytes[mark.Length..] : bytes);
        _lines = [.. text.Split('\n')];
        if (_lines[^1].Length == 0)
        {
            // A line feed ends the last line and begins none.
            _lines.RemoveAt(_lines.Count - 1);
        }
    }

    /// <summary>Reads it.</summary>
    /// <param name="bytes">The file, in UTF-8.</param>
    /// <exception cref="DockerfileException">It is malformed, or has no instruction.</exception>
    public static SyntaxTree Read(ReadOnlySpan<byte> bytes) => new DockerfileReader(bytes).Read();

    private SyntaxTree Read()
    {
        List<string> comments = [];
        while (_next < _lines.Count)
        {
            string line = Taken();
            _directives.Take(line, _next);
            string begun = line.TrimStart();
            if (begun.StartsWith('#'))
            {
                comments.Add(begun[1..].Trim());
                continue;
            }

            if (begun.Length == 0)
            {
                comments.Clear();
                continue;
            }

            Instruction(begun, comments);
            comments = [];
        }

        return _nodes.Count > 0 ? new SyntaxTree(_nodes, _directives.Directives, _empty) : throw new DockerfileException("file with no instructions", default);
    }

    private void Instruction(string begun, List<string> comments)
    {
        int first = _next;
        bool whole = IsWhole(begun, out string line);
        if (!whole && line.Length == 0 && _next == _lines.Count)
        {
            return;
        }

        bool empty = false;
        var joined = new StringBuilder(line);
        while (!whole && _next < _lines.Count)
        {
            string more = Taken();
            if (more.AsSpan().TrimStart() is var trimmed && trimmed.StartsWith('#'))
            {
                continue;
            }

            if (trimmed.IsEmpty)
            {
                empty = true;
                continue;
            }

            whole = IsWhole(more, out more);
            joined.Append(more);
        }

        if (empty)
        {
            _empty.Add(new LineRange(first, _next));
        }

        string text = joined.ToString();
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        Node node = new NodeReader(_directives.Directives.Escape).Read(text, new LineRange(first, _next)) with { Comments = comments };
        List<HereDocument> documents = TakesDocuments(node) ? [.. HereDocumentMarks.Find(text).Select(d => d with { Content = Content(d, first) })] : [];
        _nodes.Add(node with { Lines = new LineRange(first, _next), HereDocuments = documents });
    }

    private static bool TakesDocuments(Node node)
    {
        Node meant = node.Trigger ?? node;
        return !meant.IsJson && meant.Command.ToUpperInvariant() is "RUN" or "COPY" or "ADD";
    }

    private string Content(HereDocument document, int first)
    {
        var content = new StringBuilder();
        while (_next < _lines.Count)
        {
            bool last = _next + 1 == _lines.Count;
            string raw = _lines[_next++], line = document.StripsTabs ? raw.TrimStart('\t') : raw;
            if (line.TrimEnd('\r') == document.Name)
            {
                return content.ToString();
            }

            content.Append(document.StripsTabs ? line : raw);
            if (!last)
            {
                content.Append('\n');
            }
        }

        throw new DockerfileException("unterminated heredoc", new LineRange(first, _next));
    }

    private string Taken() => _lines[_next++].TrimEnd('\r');

    /// <summary>Whether a line ends here: not where an escape character, which is not escaped itself, is the last of it. That is taken away.</summary>
    private bool IsWhole(string line, out string text)
    {
        char escape = _directives.Directives.Escape;
        ReadOnlySpan<char> end = line.AsSpan().TrimEnd(" \t");
        bool goesOn = end.EndsWith(escape) && !(end.Length > 1 && end[^2] == escape);
        text = goesOn ? end[..^1].ToString() : line;
        return !goesOn;
    }
}

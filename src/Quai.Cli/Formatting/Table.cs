using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Streams;
using Quai.Templates;

namespace Quai.Cli.Formatting;

/// <summary>Prints rows as requested by <c>--format</c>: a table, JSON lines, or a template for each.</summary>
/// <param name="format">The format: <c>table</c>, <c>json</c>, <c>table TEMPLATE</c> or a template.</param>
/// <param name="headers">The title of each column.</param>
internal sealed class Table(string format, IReadOnlyDictionary<string, string> headers)
{
    private const string TableWord = "table";

    /// <summary>Whether this is a table, which has titles.</summary>
    public bool HasTitles { get; } = format.StartsWith(TableWord, StringComparison.Ordinal);

    /// <summary>Renders rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="terminal">Whether they go to a terminal, where a table's row is one line whatever its cells contain.</param>
    /// <exception cref="ExitException">The template is invalid.</exception>
    public string Render(IEnumerable<Row> rows, bool terminal = false)
    {
        Template template = Compile();
        var text = new StringBuilder();
        try
        {
            foreach (Row row in terminal && HasTitles ? rows.Select(r => r.OnOneLine()) : rows)
            {
                text.Append(template.Execute(row)).Append('\n');
            }

            if (!HasTitles)
            {
                return text.ToString();
            }

            string title = template.Execute(new Titles(headers), new TemplateOptions { Header = true });
            return TabWriter.Align(title + "\n" + text, 10, 3);
        }
        catch (TemplateException error)
        {
            throw new ExitException(1, "failed to execute template: " + error.Message);
        }
    }

    /// <summary>Tries the template on one row, so that an invalid one fails even if there is nothing to show.</summary>
    /// <exception cref="ExitException">The template is invalid.</exception>
    public void Check(Row row)
    {
        try
        {
            Compile().Execute(row);
        }
        catch (TemplateException error)
        {
            throw new ExitException(1, "failed to execute template: " + error.Message);
        }
    }

    /// <summary>Renders rows to an output. On a terminal a table's row is one line, whatever its cells contain: they cannot fake another row or column.</summary>
    public void Print(Output output, IEnumerable<Row> rows) => output.Write(Render(rows, output.IsTerminal));

    /// <summary>The titles as a template's data: an unknown column has no value, a label's title is its last part.</summary>
    private sealed class Titles(IReadOnlyDictionary<string, string> headers) : IGoStruct
    {
        public string TypeName => "formatter.SubHeaderContext";

        public IEnumerable<KeyValuePair<string, object?>> Fields => headers.Select(h => new KeyValuePair<string, object?>(h.Key, h.Value));

        public bool TryGetField(string name, out object? value)
        {
            value = headers.GetValueOrDefault(name, "<no value>");
            return true;
        }

        public bool TryInvoke(string name, IReadOnlyList<object?> arguments, out object? value)
        {
            value = name == "Label" && arguments[0] is string label ? label.Split('.')[^1].Replace('-', ' ').Replace('_', ' ') : "";
            return true;
        }
    }

    private Template Compile()
    {
        string text = HasTitles ? format[TableWord.Length..] : format;
        text = text == "json" ? "{{json .}}" : text;
        text = text.Trim(' ').Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        try
        {
            return Template.Parse(text);
        }
        catch (TemplateException error)
        {
            throw new ExitException(1, "failed to parse template: " + error.Message);
        }
    }
}

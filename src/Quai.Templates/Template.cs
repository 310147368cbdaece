namespace Quai.Templates;

/// <summary>How a template treats its data.</summary>
public sealed record TemplateOptions
{
    /// <summary>A map without the requested key is an error; otherwise it gives <c>&lt;no value&gt;</c>.</summary>
    public bool FailOnMissingKey { get; init; }

    /// <summary>The data are the titles of a table's columns: functions that would change them leave them unchanged.</summary>
    public bool Header { get; init; }
}

/// <summary>
/// A template in the language of Go's text/template, with the functions that Docker adds for <c>--format</c>.
/// <code>Template.Parse("{{.Name}}").Execute(row)</code>
/// </summary>
public sealed class Template
{
    private readonly string _name;
    private readonly string _text;
    private readonly List<Node> _body;
    private readonly Dictionary<string, List<Node>> _defined;

    private Template(string name, string text, List<Node> body, Dictionary<string, List<Node>> defined)
    {
        _name = name;
        _text = text;
        _body = body;
        _defined = defined;
    }

    /// <summary>Parses a template.</summary>
    /// <param name="text">The template's text.</param>
    /// <param name="name">Its name, which messages show; Docker's are nameless.</param>
    /// <exception cref="TemplateException">The text is not a template.</exception>
    public static Template Parse(string text, string name = "")
    {
        List<Node> body = Parser.Parse(name, text, Functions.Exists, out Dictionary<string, List<Node>> defined);
        return new Template(name, text, body, defined);
    }

    /// <summary>Runs the template.</summary>
    /// <param name="data">The value of the first dot.</param>
    /// <param name="options">How missing keys and headers are treated; none for Go's defaults.</param>
    /// <exception cref="TemplateException">The template asks for something that the data do not have.</exception>
    public string Execute(object? data, TemplateOptions? options = null)
    {
        var executor = new Executor(_name, _text, _defined, options ?? new TemplateOptions());
        executor.Run(_body, data);
        return executor.Written;
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Templates;

namespace Quai.Engine.Logs.Drivers;

/// <summary>The container as its log knows it: what a tag's template sees, and what labels and variables become attributes.</summary>
internal sealed class LogSubject : IGoStruct
{
    private const int ShortLength = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private readonly Container _container;
    private readonly IReadOnlyDictionary<string, string> _options;
    private readonly IReadOnlyList<string> _line;

    public LogSubject(Container container, IReadOnlyDictionary<string, string> options)
    {
        _container = container;
        _options = options;
        _line = container.Spec.Program.Line();
    }

    public string FullId => _container.Id;

    public string Id => FullId[..ShortLength];

    public string Name => _container.Name;

    public string ImageFullId => _container.ImageId;

    public string ImageName => _container.Spec.Image;

    public string Command => string.Join(' ', _line);

    public DateTimeOffset Created => _container.Created;

    /// <inheritdoc/>
    public string TypeName => "*logger.Info";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, object?>> Fields =>
    [
        new("Config", Map(_options)), new("ContainerID", FullId), new("ContainerName", "/" + Name), new("ContainerEntrypoint", _line.Count > 0 ? _line[0] : ""),
        new("ContainerArgs", new GoList([.. _line.Skip(1)], "[]string")), new("ContainerImageID", ImageFullId), new("ContainerImageName", ImageName),
        new("ContainerCreated", ApiTime.Format(Created)), new("ContainerEnv", new GoList([.. _container.Spec.Program.Environment ?? []], "[]string")),
        new("ContainerLabels", Map(_container.Spec.Labels)), new("LogPath", ""), new("DaemonName", "docker"),
    ];

    /// <inheritdoc/>
    public bool TryGetField(string name, out object? value)
    {
        value = name switch
        {
            "ID" => Id,
            "FullID" => FullId,
            "Name" => Name,
            "ImageID" => ImageFullId[..ShortLength],
            "ImageFullID" => ImageFullId,
            "ImageName" => ImageName,
            "Command" => Command,
            "Hostname" => Environment.MachineName,
            _ => Fields.FirstOrDefault(f => f.Key == name).Value,
        };
        return value is not null;
    }

    /// <summary>The tag.</summary>
    /// <param name="template">The template where the container has none.</param>
    /// <exception cref="QuaiException">The container's is malformed, or names what there is not.</exception>
    public string Tag(string template) =>
        Template.Parse(_options.GetValueOrDefault("tag") is { Length: > 0 } own ? own : template, "log-tag").Execute(this);

    /// <summary>The labels and variables that are to be in each message, in the order of their names.</summary>
    /// <param name="rename">What becomes of their names.</param>
    /// <exception cref="QuaiException">A pattern is malformed.</exception>
    public SortedDictionary<string, string> Attributes(Func<string, string>? rename = null)
    {
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (string variable in _container.Spec.Program.Environment ?? [])
        {
            if (variable.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at)
            {
                variables[variable[..at]] = variable[(at + 1)..];
            }
        }

        Named("labels", _container.Spec.Labels);
        Matching("labels-regex", _container.Spec.Labels);
        Named("env", variables);
        if (variables.Count > 0)
        {
            Matching("env-regex", variables);
        }

        return attributes;

        void Named(string option, IReadOnlyDictionary<string, string> source)
        {
            foreach (string name in (_options.GetValueOrDefault(option) ?? "").Split(','))
            {
                if (source.TryGetValue(name, out string? value))
                {
                    attributes[rename?.Invoke(name) ?? name] = value;
                }
            }
        }

        void Matching(string option, IReadOnlyDictionary<string, string> source)
        {
            if (_options.GetValueOrDefault(option) is not { Length: > 0 } text)
            {
                return;
            }

            Regex pattern = Pattern(text);
            try
            {
                foreach ((string name, string value) in source.Where(s => pattern.IsMatch(s.Key)))
                {
                    attributes[rename?.Invoke(name) ?? name] = value;
                }
            }
            catch (RegexMatchTimeoutException e)
            {
                throw QuaiException.Invalid($"the pattern \"{text}\" of the log option {option} takes too long", e);
            }
        }
    }

    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, s_patience);
        }
        catch (RegexParseException e)
        {
            string what = e.Error switch
            {
                RegexParseError.InsufficientClosingParentheses => $"missing closing ): `{text}`",
                RegexParseError.InsufficientOpeningParentheses => $"unexpected ): `{text}`",
                RegexParseError.UnterminatedBracket => $"missing closing ]: `{text[Math.Max(0, text.LastIndexOf('['))..]}`",
                RegexParseError.QuantifierAfterNothing => $"missing argument to repetition operator: `{text[Math.Clamp(e.Offset - 1, 0, text.Length - 1)]}`",
                RegexParseError.UnescapedEndingBackslash => "trailing backslash at end of expression: ``",
                _ => $"invalid pattern: `{text}`",
            };
            throw QuaiException.Invalid($"error parsing regexp: {what}", e);
        }
    }

    private static GoMap Map(IReadOnlyDictionary<string, string> entries) =>
        new(entries.ToDictionary(e => e.Key, object? (e) => e.Value), "map[string]string") { Zero = "" };

    /// <summary>An object of JSON as Go writes it.</summary>
    public static string Json(IEnumerable<KeyValuePair<string, string>> members)
    {
        var text = new StringBuilder("{");
        foreach ((string name, string value) in members)
        {
            text.Append(text.Length > 1 ? "," : "");
            GoJson.AppendString(text, name, escapeHtml: true);
            text.Append(':');
            GoJson.AppendString(text, value, escapeHtml: true);
        }

        return text.Append('}').ToString();
    }
}

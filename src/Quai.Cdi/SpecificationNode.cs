using System.Globalization;
using Quai.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Quai.Cdi;

/// <summary>A member of a specification, which says where it is when it is wrong.</summary>
/// <param name="path">Where it is.</param>
/// <param name="node">What is there.</param>
internal sealed class SpecificationNode(string path, YamlNode node)
{
    /// <summary>Reads a file, YAML or JSON.</summary>
    /// <exception cref="QuaiException">It is neither.</exception>
    public static SpecificationNode Parse(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents is [var only] ? new SpecificationNode(file, only.RootNode) : throw QuaiException.Invalid($"{file}: it is not one document");
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw QuaiException.Invalid($"{file}: it is neither YAML nor JSON: {e.Message}", e);
        }
    }

    /// <summary>The members of a mapping, of which all must be known.</summary>
    /// <param name="known">Their names.</param>
    public IReadOnlyDictionary<string, SpecificationNode> Members(params ReadOnlySpan<string> known)
    {
        Dictionary<string, SpecificationNode> members = Mapping();
        foreach (string name in members.Keys)
        {
            if (!known.Contains(name))
            {
                throw Wrong($"the member {name} is unknown");
            }
        }

        return members;
    }

    /// <summary>A mapping of texts.</summary>
    public Dictionary<string, string> Texts() => Mapping().ToDictionary(m => m.Key, m => m.Value.Text());

    /// <summary>The items of a list.</summary>
    public IEnumerable<SpecificationNode> Items() => node is YamlSequenceNode list ? list.Children.Select((n, i) => new SpecificationNode($"{path}[{i}]", n)) : throw Wrong("it is no list");

    /// <summary>A text that is not empty.</summary>
    public string Text() => node is YamlScalarNode { Value: { Length: > 0 } text } ? text : throw Wrong("it is no text");

    /// <summary>A whole number; one with a leading 0 is octal, as YAML and Go have it.</summary>
    public long Number()
    {
        string text = Text();
        bool isOctal = text.Length > 1 && text[0] == '0' && text.All(char.IsAsciiDigit) && !text.Contains('8', StringComparison.Ordinal) && !text.Contains('9', StringComparison.Ordinal);
        return isOctal ? Convert.ToInt64(text, 8) : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw Wrong("it is no number");
    }

    /// <summary>A number from 0 on of 32 bits.</summary>
    public uint Unsigned() => Number() is >= 0 and <= uint.MaxValue and var number ? (uint)number : throw Wrong("it is out of range");

    /// <summary>An absolute path.</summary>
    public string AbsolutePath() => Text() is ['/', ..] text ? text : throw Wrong("it is no absolute path");

    /// <summary>An error at this place.</summary>
    public QuaiException Wrong(string what) => QuaiException.Invalid($"{path}: {what}");

    private Dictionary<string, SpecificationNode> Mapping() => node is YamlMappingNode mapping
        ? mapping.Children.Where(c => c.Value is not YamlScalarNode { Value: null or "" or "null" or "~" }).ToDictionary(c => ((YamlScalarNode)c.Key).Value ?? "", c => new SpecificationNode($"{path}.{c.Key}", c.Value))
        : throw Wrong("it is no mapping");
}

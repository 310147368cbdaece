using System.Collections.ObjectModel;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>Empty dictionaries.</summary>
internal static class Nothing
{
    public static IReadOnlyDictionary<string, string> Texts { get; } = ReadOnlyDictionary<string, string>.Empty;

    public static IReadOnlyDictionary<string, string?> NullableTexts { get; } = ReadOnlyDictionary<string, string?>.Empty;

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Lists { get; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    public static IReadOnlyDictionary<string, ComposeNode> Nodes { get; } = ReadOnlyDictionary<string, ComposeNode>.Empty;
}

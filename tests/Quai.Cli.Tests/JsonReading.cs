using System.Text.Json;
using Quai.Cli.Formatting;

namespace Quai.Cli.Tests;

/// <summary>Short ways to look at what requests say.</summary>
internal static class JsonReading
{
    /// <summary>Whether a member is true.</summary>
    public static bool Flag(this JsonElement element, string name) => element.Member(name).ValueKind == JsonValueKind.True;

    /// <summary>The texts of an array member; none when absent.</summary>
    public static IEnumerable<string> Texts(this JsonElement element, string name) => element.Member(name).Items().Select(e => e.GetString() ?? "");
}

using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Objects.Types;

/// <summary>A time, printed as Go prints one.</summary>
/// <param name="text">As the daemon writes it.</param>
internal sealed class GoMoment(string text) : IGoStruct
{
    /// <inheritdoc/>
    public string TypeName => "time.Time";

    /// <inheritdoc/>
    public string? Printed => Units.Moment(text);

    /// <inheritdoc/>
    public string? Json => GoJson.Write(text);

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, object?>> Fields => [];

    /// <inheritdoc/>
    public bool TryGetField(string name, out object? value)
    {
        value = name == "Unix" ? Units.ParseTime(text).ToUnixTimeSeconds() : null;
        return name == "Unix";
    }
}

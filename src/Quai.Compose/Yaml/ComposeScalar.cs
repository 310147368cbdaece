using System.Globalization;

namespace Quai.Compose.Yaml;

/// <summary>A single value.</summary>
public sealed class ComposeScalar : ComposeNode
{
    private ComposeScalar(ScalarKind kind, string text) => (Kind, Text) = (kind, text);

    /// <summary>What it is.</summary>
    public ScalarKind Kind { get; }

    /// <summary>Its text: of numbers and truth values as the reference implementation writes them into text, of null nothing.</summary>
    public string Text { get; }

    /// <summary>The whole number; 0 where it is none.</summary>
    public long Integer { get; private init; }

    /// <summary>The number; 0 where it is none.</summary>
    public double Float { get; private init; }

    /// <summary>The truth value; false where it is none.</summary>
    public bool Boolean => Kind == ScalarKind.Boolean && Text == "true";

    /// <summary>Null.</summary>
    internal static ComposeScalar Null(ComposePlace? place = null) => new(ScalarKind.Null, "") { Place = place };

    /// <summary>A text.</summary>
    internal static ComposeScalar Of(string text, ComposePlace? place = null) => new(ScalarKind.Text, text) { Place = place };

    /// <summary>A truth value.</summary>
    internal static ComposeScalar Of(bool value, ComposePlace? place = null) => new(ScalarKind.Boolean, value ? "true" : "false") { Place = place };

    /// <summary>A whole number.</summary>
    internal static ComposeScalar Of(long value, ComposePlace? place = null) =>
        new(ScalarKind.Integer, value.ToString(CultureInfo.InvariantCulture)) { Integer = value, Float = value, Place = place };

    /// <summary>A number.</summary>
    internal static ComposeScalar Of(double value, ComposePlace? place = null) => new(ScalarKind.Float, GoNumber.Print(value)) { Float = value, Place = place };

    /// <summary>A number of single precision: the shortest decimal that it is.</summary>
    internal static ComposeScalar Of(float value) => Of(double.Parse(GoNumber.Print(value), CultureInfo.InvariantCulture));

    /// <summary>A date, as RFC 3339 writes it.</summary>
    internal static ComposeScalar Date(string text, ComposePlace? place) => new(ScalarKind.Timestamp, text) { Place = place };

    /// <inheritdoc/>
    internal override ComposeNode Copy() => this;

    /// <inheritdoc/>
    internal override bool SameAs(ComposeNode other) => other is ComposeScalar scalar && scalar.Kind == Kind && scalar.Text == Text;
}

using Quai.Compose.Forms;
using Quai.Compose.Interpolation;
using Quai.Compose.Loading;
using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Tests;

/// <summary>Single values.</summary>
public sealed class FormTests
{
    [Theory]
    [InlineData("a 'b c' \"d e\" f\\ g", "a|b c|d e|f g")]
    [InlineData("a''b \"\" ''", "ab||")]
    [InlineData("a; b", "a")]
    [InlineData("a\\nb", "anb")]
    [InlineData("$(x y) z", "$(x y)|z")]
    [InlineData("a 'b", null)]
    [InlineData("a (b)", null)]
    public void Commands_are_split(string text, string? words) => Assert.Equal(words?.Replace("anb", "a\nb", StringComparison.Ordinal), CommandWords.Split(text) is { } split ? string.Join('|', split) : null);

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("1b", 1L)]
    [InlineData("1.5k", 1536L)]
    [InlineData("2 MiB", 2097152L)]
    [InlineData("1Gb", 1073741824L)]
    [InlineData("-1", -1L)]
    [InlineData("x", null)]
    [InlineData("1x", null)]
    public void Sizes_are_read(string text, long? bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("90s", "1m30s")]
    [InlineData("1h", "1h0m0s")]
    [InlineData("1.5s", "1.5s")]
    [InlineData("1500us", "1.5ms")]
    [InlineData("1d2h", "26h0m0s")]
    [InlineData("10ns", "10ns")]
    [InlineData("0", "0s")]
    [InlineData("-5m", "-5m0s")]
    [InlineData("5", null)]
    [InlineData("", null)]
    public void Durations_are_read_and_printed(string text, string? printed) => Assert.Equal(printed, GoDuration.Parse(text)?.ToString());

    [Theory]
    [InlineData("010", ScalarKind.Integer, "8")]
    [InlineData("1_000", ScalarKind.Integer, "1000")]
    [InlineData("0x1F", ScalarKind.Integer, "31")]
    [InlineData("1.10", ScalarKind.Float, "1.1")]
    [InlineData("1e7", ScalarKind.Float, "1e+07")]
    [InlineData("yes", ScalarKind.Text, "yes")]
    [InlineData("2001-01-02", ScalarKind.Timestamp, "2001-01-02T00:00:00Z")]
    [InlineData("1:30", ScalarKind.Text, "1:30")]
    [InlineData("0b12", ScalarKind.Text, "0b12")]
    [InlineData("~", ScalarKind.Null, "")]
    public void Plain_words_are_read(string text, ScalarKind kind, string value)
    {
        ComposeScalar scalar = ScalarReader.Read(text, null);
        Assert.Equal((kind, value), (scalar.Kind, scalar.Text));
    }

    [Fact]
    public void Keys_are_in_the_order_of_go_yaml() =>
        Assert.Equal(["_", "1", "A", "a", "a2", "a10", "b"], new[] { "b", "a10", "a2", "a", "A", "_", "1" }.Order(KeyOrder.Instance));

    [Theory]
    [InlineData("${A}", "x")]
    [InlineData("${N:-${A}-$A}", "x-x")]
    [InlineData("${E-d}|${E:-d}|${E+s}|${E:+s}", "|d|s|")]
    [InlineData("$$A $A$ $1", "$A x$ $1")]
    [InlineData("${N:-{a}}", "{a}")]
    public void Variables_are_replaced(string text, string result) =>
        Assert.Equal(result, new Substitution(name => name switch { "A" => "x", "E" => "", _ => null }).Apply(text));

    [Theory]
    [InlineData("/a/b", "/a/b/c", "c")]
    [InlineData("/a/b", "/a/c", "../c")]
    [InlineData("/a", "/a", ".")]
    public void Paths_are_seen_from_a_folder(string folder, string path, string relative) => Assert.Equal(relative, FilePath.Relative(folder, path));
}

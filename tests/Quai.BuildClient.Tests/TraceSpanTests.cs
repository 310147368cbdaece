using Quai.BuildClient.Histories;
using Quai.Errors;

namespace Quai.BuildClient.Tests;

/// <summary>How a build's time was spent, as builders keep it.</summary>
public sealed class TraceSpanTests
{
    private const string Span = """
        {"Name":"build","SpanContext":{"TraceID":"t","SpanID":"1"},"Parent":{"SpanID":"0"},"StartTime":"2026-11-28T23:16:03.422969049Z","EndTime":"2026-11-28T23:16:04Z",
        "Attributes":[{"Key":"vertex","Value":{"Type":"STRING","Value":"v"}},{"Key":"n","Value":{"Type":"INT64","Value":5}}],"Status":{"Code":CODE,"Description":"why"}}
        """;

    [Theory]
    [InlineData("0", "")]
    [InlineData("\"Unset\"", "")]
    [InlineData("1", "why")]
    [InlineData("\"Error\"", "why")]
    public void Documents_stand_one_behind_another(string code, string error)
    {
        string text = Span.Replace("CODE", code, StringComparison.Ordinal);
        IReadOnlyList<TraceSpan> spans = TraceSpan.Read(System.Text.Encoding.UTF8.GetBytes(text + "\n" + text));
        Assert.Equal(2, spans.Count);
        Assert.Equal(("1", "0", "build", "t", error), (spans[0].Id, spans[0].Parent, spans[0].Name, spans[0].Trace, spans[0].Error));
        Assert.Equal(["v", "5"], spans[0].Attributes.Values);
        Assert.Equal(577, (int)(spans[0].Ended - spans[0].Began).TotalMilliseconds);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("5")]
    [InlineData("no")]
    public void What_is_none_is_refused(string text) =>
        Assert.StartsWith("the trace of the build is malformed: ", Assert.Throws<QuaiException>(() => TraceSpan.Read(System.Text.Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);
}

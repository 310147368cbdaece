using Xunit;

namespace Quai.CommandLine.Tests;

/// <summary>The names of flags, and truth values.</summary>
public sealed class TableTests
{
    private readonly FlagTable<Fake> _table = Fake.Table();

    [Fact]
    public void A_name_or_letter_stands_for_one_flag()
    {
        Assert.Equal("tty", _table.Find('t')?.Name);
        Assert.Equal("publish", _table.Find("port")?.Name);
        Assert.Null(_table.Find("t"));
        Assert.Null(_table.Find('\0'));
        Assert.Throws<ArgumentException>(() => _table.Add(new Fake("port")));
        Assert.Throws<ArgumentException>(() => _table.Add(new Fake("other", 'p')));
        Assert.Throws<ArgumentException>(() => _table.Alias("name", new Fake("other")));
    }

    [Theory]
    [InlineData(true, "1", "t", "T", "true", "True", "TRUE")]
    [InlineData(false, "0", "f", "F", "false", "False", "FALSE")]
    public void Truth_values_are_Gos(bool value, params string[] texts) => Assert.All(texts, text =>
    {
        Assert.True(GoBoolean.TryParse(text, out bool read));
        Assert.Equal(value, read);
    });

    [Theory]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("tRUE")]
    [InlineData(" true")]
    public void Others_are_none(string text) => Assert.False(GoBoolean.TryParse(text, out _));
}

using Xunit;

namespace Quai.CommandLine.Tests;

/// <summary>Flags as Docker's programs read them.</summary>
public sealed class PflagTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--name x", "name=x")]
    [InlineData("--name=x", "name=x")]
    [InlineData("--name=", "name=")]
    [InlineData("--name=x=y", "name=x=y")]
    [InlineData("--name --tty", "name=--tty")]
    [InlineData("--name --", "name=--")]
    [InlineData("--tty", "tty=true")]
    [InlineData("--tty=false", "tty=false")]
    [InlineData("--tty false", "tty=true", "false")]
    [InlineData("--pull never", "pull=always", "never")]
    [InlineData("--pull=never", "pull=never")]
    [InlineData("--port 80 --publish 81", "publish=80", "publish=81")]
    [InlineData("--help -h", "help=true", "help=true")]
    public void Names(string line, params string[] read) => Assert.Equal(read, Read(line));

    [Theory]
    [InlineData("-t", "tty=true")]
    [InlineData("-it", "interactive=true", "tty=true")]
    [InlineData("-ith", "interactive=true", "tty=true", "help=true")]
    [InlineData("-p 80", "publish=80")]
    [InlineData("-p80", "publish=80")]
    [InlineData("-p=80", "publish=80")]
    [InlineData("-p=", "publish==")]
    [InlineData("-p -t", "publish=-t")]
    [InlineData("-itp80:80 -tp=81 -tp 82", "interactive=true", "tty=true", "publish=80:80", "tty=true", "publish=81", "tty=true", "publish=82")]
    [InlineData("-t=false", "tty=false")]
    [InlineData("-it=false x", "interactive=true", "tty=false", "x")]
    public void Letters(string line, params string[] read) => Assert.Equal(read, Read(line));

    [Theory]
    [InlineData("a -t b", "a", "tty=true", "b")]
    [InlineData("- -t", "-", "tty=true")]
    [InlineData("a -- -t -- b", "a", "-t", "--", "b")]
    [InlineData("-t --", "tty=true")]
    public void Arguments_stand_anywhere(string line, params string[] read) => Assert.Equal(read, Read(line));

    [Theory]
    [InlineData("-t a -t -- b", "tty=true", "a", "-t", "--", "b")]
    [InlineData("-t - -t", "tty=true", "-", "-t")]
    [InlineData("-- -t", "-t")]
    public void The_first_argument_ends_flags(string line, params string[] read) => Assert.Equal(read, Fake.Read(line.Split(' '), FlagSyntax.Pflag, interspersed: false));

    [Fact]
    public void An_empty_word_is_an_argument_or_a_value() => Assert.Equal(["", "name="], Fake.Read(["", "--name", ""], FlagSyntax.Pflag));

    [Theory]
    [InlineData("--foo", FlagFault.Unknown, "--foo", "foo")]
    [InlineData("--foo=1", FlagFault.Unknown, "--foo=1", "foo")]
    [InlineData("--t", FlagFault.Unknown, "--t", "t")]
    [InlineData("-x", FlagFault.Unknown, "-x", "x", "x")]
    [InlineData("-name", FlagFault.Unknown, "-name", "n", "name")]
    [InlineData("-itxh", FlagFault.Unknown, "-itxh", "x", "xh")]
    [InlineData("-t=", FlagFault.Unknown, "-t=", "=", "=")]
    [InlineData("--=x", FlagFault.BadSyntax, "--=x", "")]
    [InlineData("---name", FlagFault.BadSyntax, "---name", "-name")]
    [InlineData("--name", FlagFault.NoValue, "--name", "name")]
    [InlineData("--port", FlagFault.NoValue, "--port", "port")]
    [InlineData("-tp", FlagFault.NoValue, "-tp", "p", "p")]
    public void What_is_wrong_is_said(string line, FlagFault fault, string word, string name, string letters = "")
    {
        FlagException error = Assert.Throws<FlagException>(() => Read(line));
        Assert.Equal((fault, word, name, letters), (error.Fault, error.Word, error.Name, error.Letters));
        Assert.Equal(fault == FlagFault.NoValue, error.Flag is not null);
    }

    [Fact]
    public void What_stands_before_the_fault_is_read_first()
    {
        var reader = new FlagReader<Fake>(Fake.Table(), ["-tx"]);
        Assert.True(reader.Read());
        Assert.Equal(("tty", "true"), (reader.Flag?.Name, reader.Text));
        Assert.Throws<FlagException>(() => reader.Read());
    }

    [Theory]
    [InlineData("--port=x", "--port=x", "port", "", "x")]
    [InlineData("--port x", "--port", "port", "", "x")]
    [InlineData("-px", "-px", "p", "px", "x")]
    public void A_value_that_does_not_suit_is_named(string line, string word, string name, string letters, string value)
    {
        var reader = new FlagReader<Fake>(Fake.Table(), line.Split(' '));
        Assert.True(reader.Read());
        FlagException error = reader.WrongValue("no number");
        Assert.Equal((FlagFault.WrongValue, word, name, letters), (error.Fault, error.Word, error.Name, error.Letters));
        Assert.Equal(("publish", value, "no number"), (error.Flag?.Name, error.Value, error.Reason));
    }

    private static List<string> Read(string line) => Fake.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), FlagSyntax.Pflag);
}

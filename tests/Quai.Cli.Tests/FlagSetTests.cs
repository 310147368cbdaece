using Quai.Cli.CommandLine;
using Quai.CommandLine;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Command lines as Docker's client reads them.</summary>
public sealed class FlagSetTests
{
    private readonly FlagSet _flags = new();
    private readonly Flag<bool> _interactive;
    private readonly Flag<bool> _tty;
    private readonly Flag<bool> _proxy;
    private readonly Flag<string> _name;
    private readonly Flag<long> _memory;
    private readonly ListFlag<string> _publish;

    public FlagSetTests()
    {
        _interactive = _flags.Bool("interactive", 'i', "");
        _tty = _flags.Bool("tty", 't', "");
        _proxy = _flags.Bool("sig-proxy", '\0', "", initial: true);
        _name = _flags.String("name", '\0', "");
        _memory = _flags.Add(new Flag<long>("memory", 'm', "bytes", "", 0, FlagValues.Bytes));
        _publish = _flags.List("publish", 'p', "");
    }

    [Fact]
    public void ShortOnesCombine()
    {
        List<string> rest = _flags.Parse(["-itp8080:80", "-p=81:81", "-p", "82:82", "-m64m", "image"], interspersed: false);
        Assert.True(_interactive.Value && _tty.Value);
        Assert.Equal(["8080:80", "81:81", "82:82"], _publish.Values);
        Assert.Equal(64 << 20, _memory.Value);
        Assert.Equal(["image"], rest);
    }

    [Fact]
    public void OptionsEndAtTheFirstArgument()
    {
        List<string> rest = _flags.Parse(["--name", "x", "image", "-i", "--name=y", "--", "z"], interspersed: false);
        Assert.Equal(["image", "-i", "--name=y", "--", "z"], rest);
        Assert.False(_interactive.Value);
        Assert.Equal("x", _name.Value);
    }

    [Fact]
    public void InterspersedOnesGoOnUntilDashes()
    {
        List<string> rest = _flags.Parse(["a", "-i", "b", "--", "-t", "--name"], interspersed: true);
        Assert.Equal(["a", "b", "-t", "--name"], rest);
        Assert.True(_interactive.Value);
        Assert.False(_tty.Value);
    }

    [Fact]
    public void SwitchesTakeValuesOnlyAfterAnEqualsSign()
    {
        List<string> rest = _flags.Parse(["--sig-proxy=false", "-i=0", "--tty", "false"], interspersed: true);
        Assert.False(_proxy.Value);
        Assert.False(_interactive.Value);
        Assert.True(_tty.Value);
        Assert.Equal(["false"], rest);
    }

    [Fact]
    public void ADashAloneIsAnArgument() => Assert.Equal(["-"], _flags.Parse(["-"], interspersed: true));

    [Theory]
    [InlineData("-h")]
    [InlineData("-ih")]
    [InlineData("--help")]
    public void HelpHasALetterToo(string word)
    {
        Flag<bool> help = _flags.AddHelp(hidden: true);
        Assert.Empty(_flags.Parse([word], interspersed: true));
        Assert.True(help.Value);
    }

    [Fact]
    public void AnotherFlagsLetterIsNotHelps()
    {
        Flag<string> hostname = _flags.String("hostname", 'h', "");
        Flag<bool> help = _flags.AddHelp(hidden: true);
        _flags.Parse(["-h", "box"], interspersed: true);
        Assert.Equal(("box", false), (hostname.Value, help.Value));
    }

    [Fact]
    public void HelpIsNeitherAValueNorAnArgument()
    {
        Flag<bool> help = _flags.AddHelp(hidden: true);
        Assert.Equal(["-h"], _flags.Parse(["--name", "-h", "--", "-h"], interspersed: true));
        Assert.Equal(("-h", false), (_name.Value, help.Value));
    }

    [Theory]
    [InlineData("--foo", "unknown flag: --foo")]
    [InlineData("--foo=1", "unknown flag: --foo")]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x")]
    [InlineData("-ixt", "unknown shorthand flag: 'x' in -xt")]
    [InlineData("-m", "flag needs an argument: 'm' in -m")]
    [InlineData("--name", "flag needs an argument: --name")]
    [InlineData("--=x", "bad flag syntax: --=x")]
    [InlineData("-mabc", "invalid argument \"abc\" for \"-m, --memory\" flag: invalid size: 'abc'")]
    [InlineData("--tty=maybe", "invalid argument \"maybe\" for \"-t, --tty\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax")]
    public void RefusesInDockersWords(string word, string message) =>
        Assert.Equal(message, FlagWords.Of(Assert.Throws<FlagException>(() => _flags.Parse([word], interspersed: true))));
}

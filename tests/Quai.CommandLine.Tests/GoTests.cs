using Xunit;

namespace Quai.CommandLine.Tests;

/// <summary>Flags as runc reads them.</summary>
public sealed class GoTests
{
    [Theory]
    [InlineData("--name x -name y", "name=x", "name=y")]
    [InlineData("--name=x -name=y", "name=x", "name=y")]
    [InlineData("-name -tty", "name=-tty")]
    [InlineData("-tty --tty", "tty=true", "tty=true")]
    [InlineData("-tty=false false", "tty=false", "false")]
    [InlineData("-t --t -t=false", "tty=true", "tty=true", "tty=false")]
    [InlineData("-p x --p y -p=z", "publish=x", "publish=y", "publish=z")]
    [InlineData("-port x", "publish=x")]
    [InlineData("a - -t -- -t", "a", "-", "tty=true", "-t")]
    public void Names_and_letters_have_one_dash_or_two(string line, params string[] read) => Assert.Equal(read, Fake.Read(line.Split(' '), FlagSyntax.Go));

    [Fact]
    public void The_first_argument_ends_flags() =>
        Assert.Equal(["tty=true", "a", "-t", "--", "b"], Fake.Read(["-t", "a", "-t", "--", "b"], FlagSyntax.Go, interspersed: false));

    [Theory]
    [InlineData("-foo=1", FlagFault.Unknown, "-foo=1", "foo")]
    [InlineData("-it", FlagFault.Unknown, "-it", "it")]
    [InlineData("-p80", FlagFault.Unknown, "-p80", "p80")]
    [InlineData("-x", FlagFault.Unknown, "-x", "x")]
    [InlineData("-=x", FlagFault.BadSyntax, "-=x", "")]
    [InlineData("--=x", FlagFault.BadSyntax, "--=x", "")]
    [InlineData("---name", FlagFault.BadSyntax, "---name", "-name")]
    [InlineData("-name", FlagFault.NoValue, "-name", "name")]
    [InlineData("-p", FlagFault.NoValue, "-p", "p")]
    public void What_is_wrong_is_said(string line, FlagFault fault, string word, string name)
    {
        FlagException error = Assert.Throws<FlagException>(() => Fake.Read(line.Split(' '), FlagSyntax.Go));
        Assert.Equal((fault, word, name, ""), (error.Fault, error.Word, error.Name, error.Letters));
    }
}

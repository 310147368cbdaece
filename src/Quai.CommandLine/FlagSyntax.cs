namespace Quai.CommandLine;

/// <summary>How flags are written.</summary>
public enum FlagSyntax
{
    /// <summary>
    /// As in Docker's programs (pflag): two dashes before a name, one before letters, several of which may be combined in one word: <c>--tty</c>, <c>-it</c>,
    /// <c>-p80:80</c>, <c>-p=80:80</c>.
    /// </summary>
    Pflag,

    /// <summary>As in runc (Go's own <c>flag</c>): one dash or two before a name, which may be a letter; one flag per word.</summary>
    Go,
}

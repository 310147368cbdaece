using System.Text;
using Xunit;

namespace Quai.CommandLine.Tests.Fuzzing;

/// <summary>Command lines of any words.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class SyntaxFuzzTests
{
    [Fact]
    public void A_command_line_means_what_its_plainest_form_means() => Fuzz.Holds(new Property("flag-syntax", input =>
    {
        string[] words = Encoding.UTF8.GetString(input).Split('\n');
        foreach (FlagSyntax syntax in (FlagSyntax[])[FlagSyntax.Pflag, FlagSyntax.Go])
        {
            foreach (bool interspersed in (bool[])[true, false])
            {
                var reader = new FlagReader<Fake>(Fake.Table(), words, syntax, interspersed);
                List<string> flags = [], arguments = [];
                try
                {
                    while (reader.Read())
                    {
                        (reader.Flag is null ? arguments : flags).Add(reader.Flag is { } flag ? $"--{flag.Name}={reader.Text}" : reader.Text);
                    }
                }
                catch (FlagException error)
                {
                    Assert.Contains(error.Word, words);
                    Assert.Contains(error.Name, error.Word, StringComparison.Ordinal);
                    continue;
                }

                // Both syntaxes have this form in common.
                List<string> again = Fake.Read([.. flags, "--", .. arguments], syntax == FlagSyntax.Go ? FlagSyntax.Pflag : FlagSyntax.Go, interspersed);
                Assert.Equal([.. flags.Select(f => f[2..]), .. arguments], again);
            }
        }
    })
    {
        Seeds = TextMutator.Seeds("-it\n-p80:80\n-p=81\n--name=x\n--name\ny\na\n--\n-t\n--\nb", "-name\nx\n-tty=false\n--port\n80\na\n-h"),
        Mutate = TextMutator.With("\n", "-", "--", "---", "=", "-t", "-it", "-p", "--name\n", "--tty=", "--pull", "-name\n", "-h", "a", "\n--\n"),
    });
}

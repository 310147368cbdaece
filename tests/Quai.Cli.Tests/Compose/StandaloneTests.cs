using Quai.Cli.Compose;
using Xunit;

namespace Quai.Cli.Tests.Compose;

/// <summary>Command lines of <c>docker-compose</c>.</summary>
public sealed class StandaloneTests
{
    [Theory]
    [InlineData("", "compose")]
    [InlineData("up -d", "compose up -d")]
    [InlineData("-f a.yaml --profile=x -p name up -H", "compose -f a.yaml --profile=x -p name up -H")]
    [InlineData("-H tcp://host:1 -f a.yaml ps", "-H tcp://host:1 compose -f a.yaml ps")]
    [InlineData("-f a.yaml --host=tcp://host:1 --tls ps", "--host=tcp://host:1 --tls compose -f a.yaml ps")]
    [InlineData("-p --debug ps", "compose -p --debug ps")]
    [InlineData("--verbose --no-ansi ps --verbose", "--debug compose --ansi never ps --verbose")]
    [InlineData("--version", "compose --version")]
    [InlineData("-f - config", "compose -f - config")]
    public void They_are_those_of_compose(string given, string expected) =>
        Assert.Equal(expected, string.Join(' ', StandaloneCompose.Words(given.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
}

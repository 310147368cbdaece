using System.Text;
using Quai.Registry.Authentication;

namespace Quai.Registry.Tests.Fuzzing;

/// <summary>The headers by which registries ask for credentials.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ChallengeFuzzTests
{
    [Fact]
    public void A_challenge_is_read() => Fuzz.Holds(new Property("challenge", input =>
    {
        foreach (Challenge challenge in Challenge.Parse(Encoding.UTF8.GetString(input).Split('\n')))
        {
            Assert.NotEmpty(challenge.Scheme);
            Assert.NotNull(challenge["realm"]);
        }
    })
    {
        Seeds = TextMutator.Seeds("Bearer realm=\"https://auth.example/token\",service=\"s\",scope=\"repository:a:pull\"", "Basic realm=\"r\"\nBearer a=b", "Negotiate, Basic realm=x, Bearer realm = \"a\\\"b\" , error=\"e\""),
        Mutate = TextMutator.With("Bearer ", "Basic ", "realm=", "scope=", "service=", "\"", "\\\"", ",", "=", " ", "a"),
    });
}

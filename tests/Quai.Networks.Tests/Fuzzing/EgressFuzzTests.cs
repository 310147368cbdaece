using System.Net.Sockets;
using System.Text;
using Quai.Errors;
using Quai.Networks.Egress;
using Xunit;

namespace Quai.Networks.Tests.Fuzzing;

/// <summary>Egress policies, whatever is written.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class EgressFuzzTests
{
    [Fact]
    public void Whatever_is_written_is_read_or_refused() => Fuzz.Holds(new Property("egress-policy", input =>
    {
        EgressPolicy? policy;
        try
        {
            policy = EgressPolicy.Parse(Encoding.UTF8.GetString(input));
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.InvalidParameter)
        {
            return;
        }

        if (policy is not null)
        {
            string text = policy.ToString();
            Assert.Equal(policy.Rules, EgressPolicy.Parse(text)!.Rules);
            Assert.Equal(text, EgressPolicy.Parse(text)!.ToString());
            foreach (EgressRule rule in policy.Rules)
            {
                Assert.True(rule.Target.IsIn(AddressFamily.InterNetwork) || rule.Target.IsIn(AddressFamily.InterNetworkV6));
            }
        }
    })
    {
        Seeds = TextMutator.Seeds("deny 10.0.0.0/8; allow *.debian.org tcp/443; allow 1.1.1.1 udp/53; deny any", "allow 2001:db8::/32 icmp; allow a.example sctp/1-9; deny any"),
        Mutate = TextMutator.With("allow ", "deny ", "any", "*.", "tcp/", "udp", "icmp", "1-65535", "/32", "::", "10.0.0.0", ";", ".", "%", "\u00a0"),
    });
}

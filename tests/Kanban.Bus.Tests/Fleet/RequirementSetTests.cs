using Kanban.Bus.Board.Fleet;

namespace Kanban.Bus.Tests.Fleet;

public sealed class RequirementSetTests
{
    [Theory]
    [InlineData("cuda", "cuda", true)]
    [InlineData("cuda=12", "cuda", true)]
    [InlineData("cuda", "cuda=12", false)]
    [InlineData("repo=web", "repo=web", true)]
    [InlineData("repo=web", "repo=api", false)]
    [InlineData("mem=128", "mem>=64", true)]
    [InlineData("mem=64", "mem>=64", true)]
    [InlineData("mem=9", "mem>=64", false)]
    [InlineData("codex=0.169.0", "codex>=0.20.0", true)]
    [InlineData("codex=0.9", "codex>=0.20", false)]
    [InlineData("memory=128", "mem>=64", false)]
    [InlineData("codex=0.169.0", "codex>=0.169", true)]
    [InlineData("codex=0.169.0", "codex>0.169", false)]
    [InlineData("codex=0.169.0", "codex<1", true)]
    [InlineData("codex=10.0.0", "codex<9", false)]
    [InlineData("codex=1.0.0-rc.2", "codex<1.0", true)]
    [InlineData("codex=1.0.0-rc.2", "codex>=1.0.0-rc.1", true)]
    [InlineData("mem=64", "mem<=64", true)]
    public void A_capability_meets_a_need_by_name_and_value(string capability, string need, bool meets) =>
        Assert.Equal(meets, RequirementSet.Meets(capability, need));

    [Fact]
    public void A_short_set_reads_in_the_queue_name_and_a_long_one_is_hashed()
    {
        Assert.Equal("", RequirementSet.Of(null, ""));
        Assert.Equal("host=gpu-1+cuda+mem>=64", RequirementSet.Of("gpu-1", "cuda,mem>=64"));
        Assert.Matches("^[0-9a-f]{16}$", RequirementSet.Of(null, string.Join(',', Enumerable.Range(0, 20).Select(i => $"need-{i}"))));
    }

    [Fact]
    public void Order_and_repeats_make_no_other_set() =>
        Assert.Equal(RequirementSet.Normalize(["b", "a"]), RequirementSet.Normalize(["a", "b", "a"]));
}

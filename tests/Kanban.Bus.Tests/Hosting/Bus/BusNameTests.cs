using System.Text.RegularExpressions;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Hosting.Bus;

public sealed partial class BusNameTests
{
    [Theory]
    [InlineData(null, "", "kanban.lane.gpu")]
    [InlineData("box", "", "kanban.lane.gpu.host:box")]
    [InlineData("box", "cuda,mem>=64", "kanban.lane.gpu.host:box_cuda_mem::64")]
    [InlineData(null, "repo=a_b", "kanban.lane.gpu.repo:a__b")]
    public void A_queue_says_what_its_offers_require(string? host, string needs, string queue)
    {
        Assert.Equal(queue, BusNames.LaneQueue("gpu", RequirementSet.Of(host, needs)));
        Assert.Matches(TakenByMassTransit(), queue);
    }

    [Fact]
    public void Two_requirement_sets_never_share_a_queue()
    {
        string[] sets = ["repo=a,b", "repo=a_b", "repo=a_,b", "repo>=a,b", "repo=a__b", "repo,a=b", "repo,a,b", "repo=a.b"];

        Assert.Equal(sets.Length, sets.Select(needs => BusNames.LaneQueue("gpu", RequirementSet.Of(null, needs))).Distinct().Count());
    }

    [GeneratedRegex(@"^[A-Za-z0-9\-_.:]+$")]
    private static partial Regex TakenByMassTransit();
}

from routing.models.account import Account
from routing.models.agent import Agent
from routing.models.choice import Choice
from routing.models.custom_rule import CustomRule
from routing.models.decision import Decision
from routing.models.fallback_message import FallbackMessage, FallbackText
from routing.models.hours import HoursBlock, HoursException
from routing.models.live_chat import LiveChat, TooLate
from routing.models.offer import Offer, Step
from routing.models.presence import AgentPresence
from routing.models.route import Method, Route
from routing.models.state import Because, State
from routing.models.team import Team
from routing.models.workspace import Plan, Workspace

__all__ = [
    "Account",
    "Agent",
    "AgentPresence",
    "Because",
    "Choice",
    "CustomRule",
    "Decision",
    "FallbackMessage",
    "FallbackText",
    "HoursBlock",
    "HoursException",
    "LiveChat",
    "Method",
    "Offer",
    "Plan",
    "Route",
    "State",
    "Step",
    "Team",
    "TooLate",
    "Workspace",
]

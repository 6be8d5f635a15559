"""How tall what prompts name usually is, in metres, English and Chinese, as data; patterns as in `vocabulary`."""

from __future__ import annotations

from typing import Final

USUAL_HEIGHT_PATTERNS: Final = (
    (0.03, r"\b(?:rings?|coins?|keys?|bees?|beetles?|ladybugs?|ants?)\b|戒指|硬币|钥匙|蜜蜂|瓢虫|蚂蚁"),
    (0.08, r"\b(?:eggs?|apples?|oranges?|butterfl(?:y|ies)|dragonfl(?:y|ies)|mouse|mice|hamsters?|cookies?)\b|鸡蛋|苹果|橙子|蝴蝶|蜻蜓|老鼠|仓鼠|饼干"),
    (0.10, r"\b(?:(?:tea|coffee)?cups?|mugs?|(?:wine)?glass(?:es)?|bowls?|burgers?|perfumes?|watch(?:es)?|phones?|smartphones?|shoes?|sneakers?|cakes?|paper boats?)\b|杯|碗|汉堡|香水|手表|手机|鞋|蛋糕|纸船"),
    (0.25, r"\b(?:birds?|sparrows?|pigeons?|parrots?|crows?|squirrels?|ducklings?|bottles?|lanterns?|lamps?|books?|teapots?|footballs?|basketballs?|balls?|vases?|frogs?|turtles?|chickens?|teddy|dolls?)\b|鸟|鸽子|鹦鹉|乌鸦|松鼠|瓶|灯笼|台灯|书(?!房|架|桌)|茶壶|足球|篮球|球|花瓶|青蛙|乌龟|鸡|玩偶"),
    (0.30, r"\b(?:cats?|kittens?|kitty|rabbits?|bunn(?:y|ies)|hares?)\b|猫|兔"),
    (0.50, r"\b(?:dogs?|pupp(?:y|ies)|corgis?|poodles?|fox(?:es)?|ducks?|goose|geese|swans?|eagles?|owls?|drones?|suitcases?|backpacks?|guitars?)\b|狗|犬|狐|鸭|鹅|鹰|无人机|行李箱|背包|吉他"),
    (0.75, r"\b(?:tables?|desks?|bench(?:es)?|wol(?:f|ves)|sheep|goats?|penguins?|toddlers?|bab(?:y|ies)|sofas?|couch(?:es)?|beds?)\b|桌|长椅|狼|羊|企鹅|宝宝|婴儿|沙发|床"),
    (0.95, r"\b(?:chairs?|deer|pigs?|lions?|tigers?|leopards?|bicycles?|bikes?|motorcycles?|motorbikes?)\b|椅|鹿|猪|狮|虎|豹|自行车|摩托车"),
    (1.25, r"\b(?:child(?:ren)?|kids?|boys?|girls?)\b|孩|男孩|女孩|儿童"),
    (1.5, r"\b(?:cars?|taxis?|bears?|pandas?|cows?|bulls?|boats?|canoes?|kayaks?)\b|汽车|轿车|跑车|出租车|熊|牛|小船|木舟"),
    (1.7, r"\b(?:persons?|people|m[ae]n|wom[ae]n|lad(?:y|ies)|astronauts?|robots?|soldiers?|knights?|warriors?|samurai|dancers?|chefs?|king|queen|prince(?:ss)?|wizards?|witch|monk|pirate|cowboy|he|she|snowm[ae]n|statues?)\b|人|宇航员|机器人|士兵|骑士|武士|舞者|厨师|国王|王后|公主|王子|巫师|和尚|海盗|先生|女士|老师|雪人|雕像"),
    (1.8, r"\b(?:horses?|pon(?:y|ies)|unicorns?|camels?|moose)\b|马(?!路)|骆驼|独角兽"),
    (3.0, r"\b(?:elephants?|trucks?|buses|bus|vans?|trains?|sailboats?|yachts?|dragons?|helicopters?|ufos?|tents?|dinosaurs?)\b|大象|卡车|公交|火车|列车|帆船|游艇|龙|直升机|飞碟|帐篷|恐龙"),
    (5.0, r"\b(?:giraffes?|planes?|airplanes?|jets?|cabins?|cottages?|houses?|huts?|trees?|spaceships?)\b|长颈鹿|飞机|木屋|小屋|房子|树|飞船"),
    (15.0, r"\b(?:(?:hot[\s-]air )?balloons?|airships?|ships?|lighthouses?|windmills?|castles?|towers?|temples?|pagodas?|churches?|rockets?)\b|热气球|飞艇|轮船|大船|灯塔|风车|城堡|塔|庙|教堂|火箭"),
)  # fmt: skip
"""Shoulder height of animals, roof of vehicles, height of all else; the first pattern that fits counts."""
FOUR_LEGGED_PATTERN: Final = (
    r"\b(?:dogs?|pupp(?:y|ies)|corgis?|poodles?|cats?|kittens?|fox(?:es)?|wol(?:f|ves)|horses?|pon(?:y|ies)|deer|cows?|bulls?|sheep|goats?|pigs?|lions?|tigers?|leopards?|camels?|elephants?|unicorns?|ducks?|goose|geese|swans?|chickens?)\b"
    r"|狗|犬|猫|狐|狼|马(?!路)|鹿|牛|羊|猪|狮|虎|豹|骆驼|象|独角兽|鸭|鹅|鸡"
)
"""Animals whose head is their upper front: their silhouette shows which way they face."""
